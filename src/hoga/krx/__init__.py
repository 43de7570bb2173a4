"""What KRX allows and how it computes: dated tables and small pure functions that read them.

Sources are named by the article or notice: BR is the KOSPI Market Business Regulation (유가증권시장
업무규정), ER its Enforcement Rules (시행세칙); KOSDAQ's mirror them. Facts that rest on the press or on a
broker's notice say so; facts that nobody could check say "unverified".
"""
