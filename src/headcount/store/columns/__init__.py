"""The events of a system as columns, in the order that evaluation reads them.

Derived from the store and never the truth: files beside it that rows of the store name.
They can be deleted at any time and are written again.
"""
