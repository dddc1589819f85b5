// The reader's cases arrive with the reader.
