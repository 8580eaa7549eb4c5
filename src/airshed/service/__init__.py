"""What touches disks, sockets and other processes: the durable book, stacks, the gateway, market data, pools."""
