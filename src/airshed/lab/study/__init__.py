"""The 2018 policy study of the Dianzhong zone: what it says, and what this system computes beside it."""
