# What it imports is in the environment of peers alone.
# mypy: ignore-errors
"""
A blog and the WebSub hub it names (Flask-WebSub), to be run by the environment's own Python.

python hub.py PORT FOLDER. The blog names its hub as the recommendation puts first: in the Link
header of its answers. POST /articles with `title` publishes one and tells the hub, which
pushes to whoever it holds; POST /push with `callback` and `secret` pushes as if it held one.
"""

import base64
import sys
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from celery import Celery
from flask import Flask, Response, request
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.hub.tasks import schedule_request
from flask_websub.publisher import init_publisher, publisher

port, folder = int(sys.argv[1]), sys.argv[2]
base = f"http://127.0.0.1:{port}"
topic = f"{base}/blog.atom"
app = Flask(__name__)
jobs = Celery("hub", broker="memory://")
jobs.conf.task_always_eager = True
hub = Hub(SQLite3HubStorage(f"{folder}/hub.db"), jobs, MAX_ATTEMPTS=0, REQUEST_TIMEOUT=30)
app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
init_publisher(app)
articles: list[tuple[str, str]] = []


def feed() -> str:
    entries = [
        f"<entry><id>tag:blog.example,2026:{number}</id><title>{escape(title)}</title>"
        f"<updated>{at}</updated><author><name>Odile</name></author></entry>"
        for number, (title, at) in enumerate(articles)
    ]
    began = f"<feed xmlns='http://www.w3.org/2005/Atom'><id>{topic}</id><title>Le carnet</title>"
    return began + "".join(reversed(entries)) + "</feed>"


@app.get("/")
def alive() -> str:
    return "here"


@app.get("/blog.atom")
@publisher(self_url=topic, hub_url=f"{base}/hub")
def blog() -> Response:
    return Response(feed(), mimetype="application/atom+xml")


@app.post("/articles")
def publish() -> str:
    articles.append((request.form["title"], datetime.now(UTC).isoformat()))
    hub.send_change_notification.delay(topic)
    return "published"


@app.post("/push")
def push() -> str:
    body = feed().encode()
    given = request.form["callback"], request.form["secret"]
    headers = {"content-type": "application/atom+xml"}
    schedule_request(hub, topic, *given, body, base64.b64encode(body).decode(), headers)
    return "pushed"


@app.get("/subscribers")
def subscribers() -> list[str]:
    return [callback for callback, _secret in hub.storage.get_callbacks(topic)]


app.run("127.0.0.1", port, threaded=True)
