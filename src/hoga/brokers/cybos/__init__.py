"""대신증권 (Daishin Securities), over the COM objects of CYBOS Plus or CREON Plus.

    codes      tables: programs, order types, return values, errors
    com        what is used of COM, and the real one on Windows
    question   one request as a value, and what comes back; how Daishin's values are read
    wire       orders, the day's list of them, notices
    holdings   cash and positions
    quotes     prices, books, daily bars, prints
    apartment  the one thread that COM lives on, and whose turn it is there
    session    what is done on that thread
    client     one account at Daishin, keeping the promises of `ports`
    flows      investors and short sales by day; `issues` says what an issue is, with its figures
    research   the questions about these

On a computer without Windows the other end is ours:

    fake       COM objects that behave like Daishin's
    server     the simulated exchange behind them
    archive    what its facts look like at Daishin
    bulletin   what its events mean there

The client needs no package beyond pywin32.
"""
