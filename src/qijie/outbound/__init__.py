"""What leaves the building: in-app notices and e-mail. Reads event rows, decides nothing."""
