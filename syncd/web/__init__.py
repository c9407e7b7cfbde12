"""The console and the HTTP API: what people and machines see and ask for over the web.

Nothing is decided here. Pages ask `flow`, show what it answers and pass on what people decide;
who may come in is `gate`, what a browser may do with a page is `headers`.
"""
