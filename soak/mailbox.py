"""A mail server that keeps what it accepted: the other end of every letter."""

import socketserver
import sys
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


class Mailbox(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs; `received` holds what it answered 250 to."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.received: list[tuple[str, EmailMessage]] = []
        self.unheard: set[str] = set()
        """Ids of what was kept when its sender died before it spoke again: whether it had read our
        answer nobody can know, so it may send that letter once more (RFC 1047)."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed in the middle is what this is for; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def has_kept(self) -> None:
        """Called when a letter is kept and its sender does not know it yet."""

    def letters(self) -> list[tuple[str, str, str]]:
        """To whom, about what, and the words of each, in order of arrival; what came once more
        because its answer was unheard counts once."""
        last = {(to, _id(one)): number for number, (to, one) in enumerate(self.received)}
        return [
            (to, str(one["Subject"]), one.get_content())
            for number, (to, one) in enumerate(self.received)
            if _id(one) not in self.unheard or last[to, _id(one)] == number
        ]


def _id(letter: EmailMessage) -> str:
    return str(letter["Message-ID"])


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._unheard = ""
        try:
            self._talk()
        finally:
            if self._unheard:
                self._box.unheard.add(self._unheard)

    @property
    def _box(self) -> Mailbox:
        return cast(Mailbox, self.server)

    def _talk(self) -> None:
        self._say("220 soak")
        to: list[str] = []
        while line := self.rfile.readline():
            self._unheard = ""
            words = line.decode("ascii", "replace").strip()
            match words.upper().partition(" ")[0]:
                case "QUIT":
                    self._say("221 bye")
                    return
                case "MAIL" | "RSET":
                    to.clear()
                    self._say("250 ok")
                case "RCPT":
                    to.append(words.partition("<")[2].partition(">")[0])
                    self._say("250 ok")
                case "DATA":
                    self._say("354 go on")
                    self._unheard = self._keep(to)
                    self._say("250 kept")
                case _:
                    self._say("250 ok")

    def _keep(self, to: list[str]) -> str:
        """The id of the letter."""
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if not line:
            raise ConnectionError("cut before the end")
        message = cast(EmailMessage, message_from_bytes(b"".join(lines), policy=policy.default))
        self._box.received.extend((one, message) for one in to)
        self._box.has_kept()
        return _id(message)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
