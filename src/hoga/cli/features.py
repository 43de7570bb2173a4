"""`hoga features`: what is worth knowing about an issue at a glance."""

from typing import TYPE_CHECKING

from hoga.cli.options import CodeArgument, ExcelOption, JsonOption
from hoga.cli.profile import LiveOption, ProfileOption, with_connection
from hoga.cli.tables import checked_excel, show_row, write_excel

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.rows import Row


def features(
    code: CodeArgument,
    excel: ExcelOption = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """종목 특성: 시장, 상태, 가치, 재무 / what an issue is, its state, value and figures."""

    async def work(connection: "Connection") -> "Row":
        from hoga.krx.codes import parse_code
        from hoga.rows import features_row

        found = await connection.research.features(parse_code(code))
        return features_row(found, connection.instruments)

    with checked_excel(excel, json):
        row = with_connection(profile, live, json, work)
        from hoga.titles import titled

        write_excel(excel, "종목 특성", [row], row, {"계좌": profile, "종목코드": code})
        headings = {key: f"{title} {key}" for key, title in titled(row).items()}
        show_row(row, headings, profile=profile, json=json)
