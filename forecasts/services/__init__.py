"""The only writers of the record. Each takes its actor and its clock."""
