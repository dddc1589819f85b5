// The transport's tests arrive with the next change.
