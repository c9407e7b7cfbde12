"""The audit trail in words: each event, each key of its ground and each value that is a code.

The permanent names stand beside the words on the page, and the export is not touched by any of
this. `tests/web/test_trail_words.py` holds that nothing is put on record that has no word here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from syncd.core.access import Permission
from syncd.core.audit import AuditEvent
from syncd.core.findings import Because, Reason
from syncd.core.guards import Trip
from syncd.core.messages import MessageKind
from syncd.core.votes import Role
from syncd.reports.explain import because_word
from syncd.reports.words import Lang, day_word, message_word, place_word, reason_word
from syncd.web import drill_words, residual_words, review_words
from syncd.web.words import Titles, deadline_word, moment_word, role_word, said, scope_word

_E = AuditEvent
_EVENTS = {
    _E.RUN_STARTED: ("突合を始めた", "run started"),
    _E.RUN_FINISHED: ("突合を終えた", "run finished"),
    _E.INPUT_ACCEPTED: ("入力を受理した", "input accepted"),
    _E.INPUT_REFUSED: ("入力を拒否した", "input refused"),
    _E.DIRECTORY_READ: ("ディレクトリをすべて読んだ", "directory read whole"),
    _E.DIRECTORY_UNREAD: ("ディレクトリを読めなかった", "directory not read whole"),
    _E.DIRECTORY_CHANGED: ("ディレクトリの変更を差分で知った", "change of the directory told"),
    _E.DELTA_LOST: ("差分を続けられなくなった", "place among the changes lost"),
    _E.DELTA_DIFFERED: ("差分と全件の読取りが食い違った", "delta and whole read differ"),
    _E.CASE_OPENED: ("案件を開いた", "case opened"),
    _E.CASE_REOPENED: ("案件の承認を求め直した", "case asked about again"),
    _E.CASE_UPDATED: ("案件の理由が変わった", "reasons of the case changed"),
    _E.CASE_APPROVED: ("失効を承認した", "removal approved"),
    _E.CASE_REFUSED: ("失効を断った（2人目待ち）", "removal refused, waits for a second person"),
    _E.CASE_EXCEPTED: ("猶予を認めた", "exception granted"),
    _E.CASE_EXCEPTION_ENDED: ("猶予が終わった", "exception ended"),
    _E.CASE_ESCALATED: ("督促した", "escalated"),
    _E.CASE_WITHDRAWN: ("案件を取り下げた（根拠が戻った）", "withdrawn, the right has its ground"),
    _E.CASE_GONE: ("権限がほかで外された", "right removed by somebody else"),
    _E.CASE_FAILED: ("失効に失敗した", "removal failed"),
    _E.CASE_RETRIED: ("失効をやり直す", "removal to be tried again"),
    _E.VOTE_CAST: ("判断した", "vote cast"),
    _E.VOTE_REFUSED: ("判断を受け付けなかった", "vote refused"),
    _E.PRE_APPROVAL_CAST: ("当日の失効を事前に承認した", "approved ahead"),
    _E.PRE_APPROVAL_LAPSED: ("事前の承認が効力を失った", "approval given ahead lapsed"),
    _E.PLAN_FROZEN: ("計画を固定した", "plan frozen"),
    _E.PLAN_HELD: ("計画を保留した", "plan held"),
    _E.PLAN_OVERRIDDEN: ("保留の解除に賛成した", "voted to release the plan"),
    _E.OVERRIDE_USED: ("保留を一度だけ解除した", "release used, once"),
    _E.REMOVAL_INTENDED: ("失効に取りかかった", "removal intended"),
    _E.REMOVAL_WRITTEN: ("失効を書き込んだ", "removal written"),
    _E.REMOVAL_VERIFIED: ("失効を読み戻して確かめた", "removal read back"),
    _E.REMOVAL_NOT_CONFIRMED: ("失効を確かめられなかった", "removal not confirmed"),
    _E.RESTORE_INTENDED: ("権限を戻すことにした", "restore intended"),
    _E.RESTORE_WRITTEN: ("権限を元に戻した", "right put back"),
    _E.TASK_HANDED_OVER: ("作業を人に渡した", "task handed over"),
    _E.TASK_DONE: ("作業を行ったと報告した", "task reported done"),
    _E.TASK_CHECKED: ("別の人が作業を確認した", "task checked by somebody else"),
    _E.TASK_REJECTED: ("作業を差し戻した", "task sent back"),
    _E.TASK_CONFIRMED: ("一覧から消えたことで作業を確かめた", "task confirmed by a list"),
    _E.TASK_CONTRADICTED: (
        "報告のあとの一覧に権限が残っていた",
        "a list of after the report still held the right",
    ),
    _E.TASK_DROPPED: ("作業が不要になった", "task no longer needed"),
    _E.TASK_REFUSED: ("作業の操作を受け付けなかった", "step of a task refused"),
    **residual_words.EVENTS,
    **review_words.EVENTS,
    _E.EVIDENCE_ATTACHED: ("証拠を添付した", "evidence attached"),
    _E.ALARM_RAISED: ("警報を出した", "alarm raised"),
    _E.DRILL_STARTED: ("訓練を始めた", "drill started"),
    _E.DRILL_FINISHED: ("訓練を終えた", "drill finished"),
    _E.REPORT_READIED: ("朝の報告ができた", "morning report ready"),
    _E.CLOCK_JUMPED: ("時計が飛んだ", "the clock jumped"),
    _E.SESSION_BEGUN: ("サインインした", "signed in"),
    _E.SESSION_REFUSED: ("サインインを拒否した", "sign-in refused"),
    _E.SESSION_ENDED: ("セッションを終えた", "session ended"),
    _E.ORDER_COUNT_STATED: ("あるはずの発令の件数を示した", "number of orders stated"),
    _E.ORDER_COUNTS_MET: ("発令の件数が示された件数と合った", "orders as many as stated"),
    _E.ORDER_COUNTS_DEVIATED: ("発令の件数が合わなかった", "orders not as many as stated"),
    _E.PREVIEW_KEPT: ("見通しを保存した", "preview kept"),
    _E.PREVIEW_FORGOTTEN: ("内示を含む見通しを消した", "preview with advance notices forgotten"),
    _E.FILE_BROUGHT: ("発令のファイルを持ち込んだ", "file of orders brought"),
    _E.SYNC_REQUESTED: ("突合を頼んだ", "run asked for"),
    _E.TRAIL_EXPORTED: ("証跡を書き出した", "audit trail exported"),
    _E.REQUEST_REFUSED: ("操作を拒否した", "request refused"),
    _E.USER_ADDED: ("アカウントを加えた", "local account added"),
    _E.USER_REKEYED: ("パスワードを替えた", "password replaced"),
    _E.USER_ENABLED: ("アカウントを有効に戻した", "local account enabled"),
    _E.USER_DISABLED: ("アカウントを無効にした", "local account disabled"),
    _E.FACTOR_ENROLLED: ("認証アプリを登録した", "authenticator set up"),
    _E.FACTOR_RESET: ("認証アプリの登録を消した", "authenticator reset"),
    _E.TOKEN_MADE: ("トークンを作った", "token made"),
    _E.TOKEN_ENDED: ("トークンを終えた", "token ended"),
    _E.DELEGATION_MADE: ("代決者を決めた", "deputy named"),
    _E.DELEGATION_ENDED: ("代決を終えた", "deputyship ended"),
    _E.NOTICE_SENT: ("知らせを送った", "notice sent"),
    _E.NOTICE_FAILED: ("知らせを送れなかった", "notice not sent"),
}
_KEYS = {
    "day": ("日", "day"),
    "verified": ("読み戻しで確認", "verified"),
    "waiting": ("待ち", "waiting"),
    "seconds": ("飛んだ秒数", "seconds jumped"),
    **residual_words.KEYS,
    **review_words.KEYS,
    **drill_words.KEYS,
    "account": ("アカウント", "account"),
    "accounts": ("利用者", "accounts"),
    "accumulates": ("以前の入力に加える", "adds to earlier inputs"),
    "address": ("接続元", "from"),
    "as_of": ("基準日", "as of"),
    "attempt": ("何回目か", "attempt"),
    "because": ("事実", "facts"),
    "cases": ("案件", "cases"),
    "changed_groups": ("変わったグループ", "groups changed"),
    "checked": ("人による確認", "checked by a person"),
    "choice": ("判断", "choice"),
    "complete": ("完全", "complete"),
    "deputy": ("代決者", "deputy"),
    "deputy_for": ("代決（本来の判断者）", "deputy for"),
    "directory": ("ディレクトリ", "directory"),
    "digest": ("内容の指紋", "digest"),
    "given_at": ("承認した日時", "given at"),
    "pre_approved": ("事前の承認による", "approved ahead"),
    "sealed": ("封印（内示にもとづく）", "sealed (rests on an advance notice)"),
    "done_at": ("行った日時", "done at"),
    "done_by": ("行った人", "done by"),
    "due": ("期限", "due"),
    "entitlement": ("権限", "right"),
    "entries": ("項目", "entries"),
    "error": ("失敗の内容", "error"),
    "evidence": ("証拠", "evidence"),
    "excepted": ("猶予", "excepted"),
    "exit_code": ("終了コード", "exit code"),
    "expires_at": ("期限", "expires"),
    "factor": ("二要素", "second factor"),
    "failed": ("失敗", "failed"),
    "faults": ("誤りの件数", "faults"),
    "filters": ("絞り込み", "filters"),
    "first": ("最初の誤り", "first fault"),
    "from": ("初日", "first day"),
    "group": ("グループ", "group"),
    "guard": ("抑止", "guard"),
    "groups": ("グループ", "groups"),
    "held": ("保留した行", "rows held"),
    "justified": ("根拠あり", "justified"),
    "kind": ("種類", "kind"),
    "lines": ("行", "lines"),
    "list_of": ("一覧の日", "list of"),
    "media_type": ("ファイルの種類", "kind of file"),
    "member": ("外した構成員", "member"),
    "group_taken_out": ("外した入れ子のグループ", "group taken out"),
    "others_affected": ("同時に失う他の人数", "others who lose by it"),
    "blocked": ("切れない理由", "not cut because"),
    "cuts": ("切る入れ子", "edges to cut"),
    "memberships": ("確かめた権限", "rights looked at"),
    "method": ("方法", "by"),
    "name": ("名前", "name"),
    "pages": ("ページ", "pages"),
    "note": ("備考", "note"),
    "notifier": ("送り方", "by"),
    "object": ("何について", "about"),
    "of": ("誰の", "whose"),
    "part_of": ("元の計画", "part of plan"),
    "plan": ("計画", "plan"),
    "policy": ("方針", "policy"),
    "reason": ("書かれた理由", "reason given"),
    "reasons": ("理由", "reasons"),
    "regranted": ("再付与", "regranted"),
    "removed": ("失効", "removed"),
    "roles": ("役割", "roles"),
    "round": ("何回目の判断か", "round"),
    "route": ("場所", "route"),
    "rows": ("行", "rows"),
    "scopes": ("できること", "scopes"),
    "seen": ("読み戻し", "seen"),
    "sessions": ("セッションの数", "sessions"),
    "server": ("サーバ", "server"),
    "sha256": ("SHA-256", "SHA-256"),
    "since": ("いつから", "since"),
    "size": ("バイト数", "bytes"),
    "staff_number": ("職員番号", "staff number"),
    "source": ("情報源", "source"),
    "stale": ("残存", "stale"),
    "state": ("状態", "state"),
    "task": ("作業", "task"),
    "token": ("トークン", "token"),
    "trips": ("抑止", "guards"),
    "on": ("発令日", "day of the orders"),
    "met": ("合った件数の申告", "statements that agree"),
    "unknown": ("不明", "unknown"),
    "until": ("この日まで", "until"),
    "upload": ("持ち込んだファイル", "brought file"),
    "voters": ("解除した人", "released by"),
    "votes": ("票", "votes"),
    "why": ("なぜ", "why"),
    "with_notices": ("内示を含む", "with advance notices"),
}
_VALUES = {
    **residual_words.VALUES,
    **review_words.VALUES,
    "revoke": ("失効を承認", "approves the removal"),
    "keep": ("残す", "keeps the right"),
    "override": ("保留を解除", "releases"),
    "restore": ("元に戻す", "puts back"),
    "proposed": ("提示", "proposed"),
    "held": ("保留", "held"),
    "permitted": ("実行可", "permitted"),
    "full": ("完全な突合", "full"),
    "delta": ("変わったところの突合", "delta"),
    "requested": ("頼まれた突合", "requested"),
    "preview": ("試算", "preview"),
    "local": ("パスワード（このコンソール）", "password of this console"),
    "ldap": ("ディレクトリのパスワード", "password of the directory"),
    "oidc": ("認証基盤", "provider"),
    "NotPermitted": ("許されていない", "not permitted"),
    "IllegalMove": ("状態が変わっていた", "not possible in its state"),
    "refused": ("パスワードが違うか、間違いが多すぎる", "wrong password, or too many tried"),
    "unavailable": ("パスワードを尋ねる先が答えない", "nobody to ask about passwords"),
    "ended": ("終了したトークン", "an ended token"),
    "expired": ("期限切れのトークン", "an expired token"),
    "long after the last run": (
        "前回の突合から日がたちすぎている",
        "long after the last run",
    ),
    "a drill showed that a guard did not fire": (
        "訓練で抑止が働かなかった",
        "a drill showed that a guard did not fire",
    ),
    "no complete run by the deadline": (
        "期限までに完全な突合がない",
        "no complete run by the deadline",
    ),
    "absent in a complete read": ("完全な読み取りになかった", "absent in a complete read"),
    "checked by a person": ("人が確かめた", "checked by a person"),
    "rejected by a person": ("人が差し戻した", "rejected by a person"),
    "present in a complete read after the removal": (
        "失効のあとの完全な読み取りに残っていた",
        "present in a complete read after the removal",
    ),
    "policy.approval = auto": ("自動承認の方針", "approved by policy (approval = auto)"),
    "policy.on_silence = revoke": (
        "期限までに答えがなければ失効する方針",
        "nobody answered in time (on_silence = revoke)",
    ),
    "書き込みのあとも所属が残っています": (
        "書き込みのあとも所属が残っています",
        "the member was still there after the write",
    ),
    "the answer belongs to another browser or to an older attempt": (
        "別のブラウザか、前の試みへの答え",
        "the answer belongs to another browser or to an older attempt",
    ),
    "the answer came a second time or too late": (
        "二度目の答えか、遅すぎる答え",
        "the answer came a second time or too late",
    ),
    "the provider signed nobody in": (
        "認証基盤が誰もサインインさせなかった",
        "the provider signed nobody in",
    ),
    "code": (
        "コードが違うか、使用済みか、間違いが多すぎる",
        "wrong or used code, or too many tried",
    ),
    "everybody": ("全員", "everybody"),
    "forged": ("この画面から送られたものではない", "not sent by a page of ours"),
    "totp": ("認証アプリのコード", "code of an authenticator"),
    "True": ("はい", "yes"),
}
_SHORT = 12

Say = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Told:
    """One record as the page shows it; `name` is the event's permanent name."""

    at: str
    actor: str
    event: str
    name: str
    subject: str
    ground: tuple[tuple[str, str], ...]
    deputy_for: str


def event_word(event: str, lang: Lang) -> str:
    """Return what happened, in words."""
    return _EVENTS[AuditEvent(event)][lang is Lang.EN]


def key_word(key: str, lang: Lang) -> str:
    """Return what a key of a ground is called."""
    return _KEYS[key][lang is Lang.EN]


def tell(
    record: Mapping[str, Any], lang: Lang, titles: Titles, hide: frozenset[str] = frozenset()
) -> Told:
    """Return a record of the trail in words; `hide` names keys that the page tells elsewhere."""
    return Told(
        at=moment_word(datetime.fromisoformat(record["at"]), lang),
        actor=record["actor"],
        event=event_word(record["event"], lang),
        name=record["event"],
        subject=record["subject"],
        ground=tuple(_ground(record["ground"], lang, titles, hide | {"deputy_for"})),
        deputy_for=record["ground"].get("deputy_for") or "",
    )


def _ground(
    ground: Mapping[str, Any], lang: Lang, titles: Titles, hide: frozenset[str]
) -> Iterator[tuple[str, str]]:
    say = _sayings(lang, titles)
    for key, value in ground.items():
        if value and key not in hide:
            word = key_word(key, lang) if key in _KEYS else key
            each = say.get(key, partial(value_word, lang=lang))
            many = value if isinstance(value, list) else [value]
            yield word, ("、" if lang is Lang.JA else ", ").join(each(one) for one in many)


def _sayings(lang: Lang, titles: Titles) -> dict[str, Say]:
    """Return how the values of single keys are said; all others are words or plain texts."""

    def day(text: str) -> str:
        return day_word(date.fromisoformat(text), lang)

    return {
        "as_of": day,
        "because": lambda cited: _cited(cited, lang),
        "expires_at": lambda text: moment_word(datetime.fromisoformat(text), lang),
        "done_at": lambda text: moment_word(datetime.fromisoformat(text), lang),
        "due": lambda text: deadline_word(datetime.fromisoformat(text), lang),
        "evidence": _short,
        "first": lambda place: place_word(place, lang),
        "from": day,
        "list_of": day,
        "on": day,
        "part_of": _short,
        "plan": _short,
        "reason": str,
        "reasons": lambda reason: reason_word(Reason(reason), lang),
        "roles": lambda role: role_word(Role(role), lang, titles),
        "scopes": lambda scope: scope_word(Permission(scope), lang),
        "sha256": _short,
        "since": day,
        "trips": lambda trip: trip_word(trip, lang),
        "until": day,
        **residual_words.sayings(lang),
        **review_words.sayings(lang),
        **drill_words.sayings(lang),
    }


def value_word(value: object, lang: Lang) -> str:
    """Return a value in words where it is one of our codes, else as it is."""
    text = str(value)
    if text in _VALUES:
        return _VALUES[text][lang is Lang.EN]
    if text in set(MessageKind):
        return message_word(text, lang)
    return scope_word(Permission(text), lang) if text in set(Permission) else text


def _cited(text: str, lang: Lang) -> str:
    kind, _, ref = text.partition(" ")
    return because_word(Because(kind, ref), lang)


def _short(text: str) -> str:
    return text[:_SHORT]


def trip_word(trip: object, lang: Lang) -> str:
    """Return what a guard held; older records hold the sentence itself."""
    return said(Trip.of(trip).told, lang) if isinstance(trip, Mapping) else str(trip)
