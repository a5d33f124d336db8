"""EC2: the VPCs, subnets and route tables that tasks are placed in."""
