"""Letters: what there is to tell an account, in which words, and its sending."""
