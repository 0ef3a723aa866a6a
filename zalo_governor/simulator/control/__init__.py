"""HTTP control interface, through which tests and demonstrations give the simulator orders."""
