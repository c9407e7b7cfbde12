"""Tables as files hold them: decoding, delimited text, fixed widths, workbooks."""
