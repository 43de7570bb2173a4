"""The codes of KIS's gateway, query server and realtime server, each with what is said with it.

Source: KIS's list of error codes as public clients repeat it (2025 and 2026), and recorded answers, which win
where they differ. Which of them the exchange says by itself, and in which situation, is in docs/exchange.md;
the others it says when a fault is armed with them. Business refusals of orders are in `codes`.
"""

from hoga.brokers.kis.codes import Message


def _gateway(number: int, text: str) -> Message:
    return Message(f"EGW{number:05}", text, "1")


def _query_server(number: int, text: str) -> Message:
    return Message(f"OPSQ{number:04}", text, "1")


def _realtime(number: int, text: str, rt_cd: str) -> Message:
    return Message(f"OPSP{number:04}", text, rt_cd)


def _by_code(*messages: Message) -> dict[str, Message]:
    return {message.code: message for message in messages}


_PARSING = "JSON PARSING ERROR : "

GATEWAY = _by_code(
    _gateway(1, "일시적 오류가 발생했습니다."),
    _gateway(2, "서버 에러가 발생했습니다."),
    _gateway(3, "접근이 거부되었습니다."),
    _gateway(4, "권한을 부여받지 않은 고객입니다."),
    _gateway(101, "유효하지 않은 요청입니다."),
    _gateway(102, "AppKey는 필수입니다."),
    _gateway(103, "유효하지 않은 AppKey입니다."),
    _gateway(104, "AppSecret은 필수입니다."),
    _gateway(105, "유효하지 않은 AppSecret입니다."),
    _gateway(106, "redirect_uri는 필수입니다."),
    _gateway(107, "유효하지 않은 redirect_uri입니다."),
    _gateway(108, "유효하지 않은 서비스구분(service)입니다."),
    _gateway(109, "scope는 필수입니다."),
    _gateway(110, "유효하지 않은 scope 입니다."),
    _gateway(111, "유효하지 않은 state 입니다."),
    _gateway(112, "유효하지 않은 grant 입니다."),
    _gateway(113, "응답구분(response_type)은 필수입니다."),
    _gateway(114, "지원하지 않는 응답구분(response_type)입니다."),
    _gateway(115, "권한부여 타입(grant_type)은 필수입니다."),
    _gateway(116, "지원하지 않는 권한부여 타입(grant_type)입니다."),
    _gateway(117, "지원하지 않는 토큰 타입(token_type)입니다."),
    _gateway(118, "유효하지 않은 code 입니다."),
    _gateway(119, "code를 찾을 수 없습니다."),
    _gateway(120, "기간이 만료된 code 입니다."),
    _gateway(121, "유효하지 않은 token 입니다."),
    _gateway(122, "token을 찾을 수 없습니다."),
    _gateway(123, "기간이 만료된 token 입니다."),
    _gateway(124, "유효하지 않은 session_key 입니다."),
    _gateway(125, "session_key를 찾을 수 없습니다."),
    _gateway(126, "기간이 만료된 session_key 입니다."),
    _gateway(127, "제휴사번호(corpno)는 필수입니다."),
    _gateway(128, "계좌번호(acctno)는 필수입니다."),
    _gateway(129, "HTS_ID는 필수입니다."),
    _gateway(130, "유효하지 않은 유저(user)입니다."),
    _gateway(131, "유효하지 않은 hashkey입니다."),
    _gateway(132, "Content-Type이 유효하지 않습니다."),
    _gateway(133, "접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)"),
    _gateway(201, "초당 거래건수를 초과하였습니다."),
    _gateway(202, "GW라우팅 중 오류가 발생했습니다."),
    _gateway(203, "OPS라우팅 중 오류가 발생했습니다."),
    _gateway(204, "Internal Gateway 인스턴스를 잘못 입력했습니다."),
    _gateway(205, "credentials_type이 유효하지 않습니다.(Bearer)"),
    _gateway(206, "API 사용 권한이 없습니다."),
    _gateway(207, "IP 주소가 없거나 유효하지 않습니다."),
    _gateway(208, "고객유형(custtype)이 유효하지 않습니다."),
    _gateway(209, "일련번호(seq_no)가 유효하지 않습니다."),
    _gateway(210, "법인고객의 경우 모의투자를 이용할 수 없습니다."),
    _gateway(211, "고객명(personalname)은 필수 입니다."),
    _gateway(212, "휴대전화번호(personalphone)는 필수 입니다."),
    _gateway(213, "제휴사명(corpname)은 필수 입니다."),
    _gateway(215, "원장에서 허용 가능한 초당 거래건수를 초과하였습니다."),
    _gateway(300, "Gateway 라우팅 오류가 발생했습니다."),
    _gateway(301, "연결 시간이 초과되었습니다. 직전 거래를 반드시 확인하세요."),
    _gateway(302, "거래시간이 초과되었습니다. 직전 거래를 반드시 확인하세요."),
    _gateway(303, "법인고객에게 허용되지 않은 IP접근입니다."),
    _gateway(304, "고객식별키(법인 personalSeckey, 개인 appSecret)가 유효하지 않습니다."),
    _gateway(316, "조회 처리 중 오류가 발생했습니다."),
    _gateway(2004, "실전투자 TR 이 아닙니다."),
    _gateway(2006, "모의투자 TR 이 아닙니다."),
)
"""What the gateway says, with HTTP 500; to whoever logs in with 403 and in another form."""

FOREIGN_KEY = Message("EGW02004", "실전투자 도메인은 모의투자 앱키로 호출하실 수 없습니다", "1")
"""What the real host says of the app key of a paper account (recorded)."""

QUERY_SERVER = _by_code(
    _query_server(1, "호출 전처리 오류 입니다."),
    _query_server(2, "없는 서비스 코드 입니다."),
    _query_server(3, "호출 오류 입니다."),
    _query_server(4, "호출 후처리 오류 입니다."),
    _query_server(5, "호출 후처리 오류 입니다."),
    _query_server(6, "호출 후처리 오류 입니다."),
    _query_server(7, "호출 후처리(헤더설정) 오류 입니다."),
    _query_server(8, "호출 후처리(MCI전송) 오류 입니다."),
    _query_server(9, "호출 후처리(MCI수신) 오류 입니다."),
    _query_server(10, "호출 결과처리(리소스 부족) 오류 입니다."),
    _query_server(11, "호출 결과처리(리소스 부족) 오류 입니다."),
    _query_server(1002, "세션 연결 오류"),
    _query_server(2000, "ERROR : INPUT INVALID_CHECK_ACNO"),
    _query_server(2001, "ERROR : INPUT INVALID_CHECK_MRKT_DIV_CODE"),
    _query_server(2002, "ERROR : INPUT INVALID_CHECK_FIELD_LENGTH"),
    _query_server(2003, "ERROR : SET_MCI_SEND_DATA"),
    _query_server(3001, "ERROR : RESPONSE_ADDITEMTOOBJECT"),
    _query_server(3002, "ERROR : GET_CALL_PARAM_MCI_SEND_DATA_LEN"),
    _query_server(3004, "ERROR : OUT_STRING_ARRAY ALLOC FAILED"),
    _query_server(9995, _PARSING + "body not found"),
    _query_server(9996, _PARSING + "header not found"),
    _query_server(9997, _PARSING + "invalid json format"),
    _query_server(9998, _PARSING + "seq_no not found"),
    _query_server(9999, _PARSING + "tr_id not found"),
)
"""What the query server says, with HTTP 200. 2001 names the field, too."""

SUBSCRIBED = "OPSP0000"
UNSUBSCRIBED = "OPSP0001"

SUBSCRIPTIONS = _by_code(
    _realtime(0, "SUBSCRIBE SUCCESS", "0"),
    _realtime(1, "UNSUBSCRIBE SUCCESS", "0"),
    _realtime(2, "ALREADY IN SUBSCRIBE", "1"),
    _realtime(3, "UNSUBSCRIBE ERROR (not found!)", "1"),
    _realtime(7, "SUBSCRIBE INTERNAL ERROR", "1"),
    _realtime(8, "MAX SUBSCRIBE OVER", "1"),
    _realtime(9, "SUBSCRIBE ERROR : mci send failed", "1"),
    _realtime(10, "SUBSCRIBE WARNING : invalid appkey", "1"),
    _realtime(11, "invalid approval : NOT FOUND", "1"),
    _realtime(8991, "SUBSCRIBE ERROR : invalid tr_id", "1"),
    _realtime(8992, "SUBSCRIBE ERROR : invalid tr_key", "1"),
    _realtime(8993, _PARSING + "invalid tr_key", "9"),
    _realtime(8994, _PARSING + "personalseckey not found", "9"),
    _realtime(8995, _PARSING + "appsecret not found", "9"),
    _realtime(8996, "ALREADY IN USE appkey", "9"),
    _realtime(8997, _PARSING + "invalid tr_type", "9"),
    _realtime(8998, _PARSING + "invalid custtype", "9"),
    _realtime(8999, "resource not available (ALLOC_CALL_PARAM)", "9"),
    _realtime(9990, _PARSING + "tr_key not found", "9"),
    _realtime(9991, _PARSING + "input not found", "9"),
    _realtime(9992, _PARSING + "body not found", "9"),
    _realtime(9993, _PARSING + "internal error", "9"),
    _realtime(9994, _PARSING + "INVALID appkey", "9"),
    _realtime(9995, _PARSING + "resource not available", "9"),
    _realtime(9996, _PARSING + "appkey", "9"),
    _realtime(9997, _PARSING + "custtype not found", "9"),
    _realtime(9998, _PARSING + "header not found", "9"),
    _realtime(9999, _PARSING + "invalid json format", "9"),
)
"""The answers of the WebSocket to a registration. `rt_cd` 9 is a malformed request or a key in use."""
