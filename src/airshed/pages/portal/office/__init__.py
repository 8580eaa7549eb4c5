"""The rooms of the authority in the portal: reports, workshop, desks, the closing of a year."""
