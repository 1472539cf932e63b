"""Pictures of charts, for pages of others: what each shows, what may be asked of it, and how it is answered."""
