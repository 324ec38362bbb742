"""Tables of records on a cluster: a task reads each file as `parcore-records` does, and cases stay there.

`register` says which files, on which cluster; `cases` is what tasks do with a file; `again` finds ids that
stand twice, whatever their files; `table` puts together on the driver what tasks tell; `lists` asks them.
"""
