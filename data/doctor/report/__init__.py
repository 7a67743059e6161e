"""Reports, rejected rows and blank templates."""
