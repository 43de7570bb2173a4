"""한국투자증권 (Korea Investment & Securities) Open API.

    codes      tables: service ids, order divisions, error codes
    blocks     the messages field by field, as they stand on the wire
    envelope   what all calls share: request, reply, refusals, paging
    wire       login, orders, account: both directions
    question   how calls name an issue; `notation` is how KIS writes changes and phases
    background what is shown of an issue beside its market
    quotes     prices and books: both directions
    charts     ticks, minutes, the last days; `daily_bars`, `indices` and `overtime` (evening auctions)
    finance    statements, ratios, dividends; `issues` says what an issue is
    investors  who bought and sold, short sales
    master     the master files: what is listed, with its flags
    ranking    by volume, change and value; `pressure` by strength, waiting orders and expected prices
    holidays   days and hours; `interruptions` of the running day
    frames     the WebSocket: both directions; `streams` is the table of what it carries, `records` how, and
               what they tell is in `ticks`, `books`, `notices`, `member_tables`, `programs`, `status` and
               `index_ticks`

None of these does I/O. The words for the two directions are the same everywhere:

    x_request(...) -> Request     the client asks
    asked_x(request) -> values    the server understands
    x_reply(...) -> Reply         the server answers
    read_x(reply) -> values       the client understands

The client does I/O:

    client     one account at KIS, keeping the promises of `ports`
    rest       its calls over HTTP: questions and orders
    meanings   what to do about KIS's codes; `mask` keeps secrets out of its words
    tokens     its logins, kept for all programs of the machine (`shared`)
    governor   who calls next, on the whole machine; `pacing` says when, `rates` are KIS's limits
    stream     its WebSocket: order notices, prints and books. `session` is one connection, `attempts` how
               often one may be tried, `slots` what is registered on it, `poll` asks for the rest, `stall`
               finds dead registrations, `prints` is what was told before
    download   its master files, which need no login

So does the simulated exchange's KIS face, the other end of the same wire:

    server     the face, and its answers over HTTP
    register   what is known of every issue, with the day's `tape` and the `past`
    market_calls   what it answers about the market, with `chart_calls`, `company_calls`, `investor_calls`,
               `ranking_calls` and `index_calls`; `market_fields` is what a request must carry
    feed       its WebSocket: sessions, registrations, what is pushed
    broadcast  what the streams beside prints and books tell, from the running days (`tally`)
    announcer  what the exchange's events mean to an issue (장운영정보)
    bulletin   what the exchange's events mean to the orders of its customers
    login      its customers, and the tokens and keys they were given
"""
