"""
The ASGI application, served by `comptoir web`: pages in threads, streams in the event loop,
deliveries in threads of their own.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType

from comptoir import conf
from comptoir.base.quiet import settle
from comptoir.web.bridge import Bridge, Receive, Scope, Send
from comptoir.web.wsgi import application as pages

# Django is set up by the import above.
from comptoir.web.chat.stream import ChatStreams, is_stream  # isort: skip
from comptoir.web.desk.drawing import draw  # isort: skip
from comptoir.web.hooks.door import Door, is_delivery  # isort: skip
from comptoir.web.live.stream import PREFIX, Live  # isort: skip


class Application:
    """Sends each request to the half that answers it."""

    def __init__(self, pages: Bridge, live: Live, chat: ChatStreams, door: Door) -> None:
        self._pages, self._live, self._chat, self._door = pages, live, chat, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live_and_die(receive, send)
        elif scope["path"].startswith(PREFIX):
            await self._live(scope, receive, send)
        elif is_stream(scope["path"]):
            await self._chat(scope, receive, send)
        elif is_delivery(scope["path"]):
            await self._door(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _live_and_die(self, receive: Receive, send: Send) -> None:
        while True:
            happened = (await receive())["type"]
            if happened == "lifespan.startup":
                settle()
                stop_soon = asyncio.get_running_loop().call_soon_threadsafe
                _on_signal(partial(stop_soon, self._live.stop))
                _on_signal(partial(stop_soon, self._chat.stop))
            await send({"type": f"{happened}.complete"})
            if happened == "lifespan.shutdown":
                return


def _on_signal(act: Callable[[], object]) -> None:
    """
    Act, too, when the process is told to end.

    The server says so (lifespan.shutdown) only after the last answer, and a stream would
    never end by itself.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handle(
            signum: int, frame: FrameType | None, before: "signal._HANDLER" = before
        ) -> None:
            act()
            if callable(before):
                before(signum, frame)

        signal.signal(number, handle)


application = Application(Bridge(pages, conf.current().threads), Live(draw), ChatStreams(), Door())
