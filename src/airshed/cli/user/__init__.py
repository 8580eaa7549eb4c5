"""`airshed user`: who may sign in at a service."""
