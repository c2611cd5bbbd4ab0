"""One module a format. Each has the same two functions.

`read_batches(path, name, source, now)` yields the file's rows as batches, in order.
`converter(source)` gives the function that reads one parsed row into a Record.
"""
