"""Another Hoga as a broker: the account that its bridge serves, over REST and WebSocket (docs/bridge.md).

    wire      what is written and read: rows, problems, answers
    rest      calls, each with a time limit and the token
    stream    numbered updates, taken up again by number
    orders    which number at the broker is which order there, and what has happened to it
    client    one account, keeping the promises of `ports`, with receipts
    research  what is known of issues

The desk there trades the account; ours is a client of it, like any other program with a token.
"""
