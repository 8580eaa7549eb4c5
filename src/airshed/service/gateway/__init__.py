"""The host of HJ 212: what stack monitors say over TCP becomes evidence on disk before it is answered."""
