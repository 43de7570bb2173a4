"""How an account is reached: one file for each kind of broker, each imported only when it is wanted."""
