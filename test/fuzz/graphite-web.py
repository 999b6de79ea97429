"""A graphite-web of its own in a folder, on a port that the system picks.

    graphite-web.py FOLDER [SERVER...]

Everything that is written lies in FOLDER. It is the frontend of SERVERs, if any are named. Prints
"ready PORT" when requests are welcome. For each line "load" of its standard input the whisper files
are made anew from FOLDER/series.json, which holds [{"name", "step", "points", "values": [[time,
value], ...]}, ...]; then it prints "loaded". A line "set NAME VALUE" changes a setting, VALUE being
JSON; then it prints "set". It ends with its standard input.
"""

import collections
import collections.abc
import collections
import collections.abc
import hashlib
import inspect
import json
import os
import shutil
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

SETTINGS = """
SECRET_KEY = "of a test"
STORAGE_DIR = {folder!r}
CONF_DIR = {folder!r}
LOG_DIR = {folder!r} + "/log"
WHISPER_DIR = {folder!r} + "/whisper"
INDEX_FILE = {folder!r} + "/index"
TIME_ZONE = "UTC"
CARBONLINK_HOSTS = []
USE_WORKER_POOL = False
LOG_ROTATION = False
DEFAULT_XFILES_FACTOR = 0
ALLOWED_HOSTS = ["127.0.0.1"]
CLUSTER_SERVERS = {servers!r}
"""


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args):
        pass


def path_of(folder, name):
    if ";" not in name:
        return os.path.join(folder, "whisper", *name.split(".")) + ".wsp"
    digest = hashlib.sha256(name.encode()).hexdigest()
    return os.path.join(folder, "whisper", "_tagged", digest[0:3], digest[3:6], digest + ".wsp")


def load(folder, tagged_before):
    import whisper
    from graphite.storage import STORE

    with open(os.path.join(folder, "series.json")) as file:
        series = json.load(file)
    shutil.rmtree(os.path.join(folder, "whisper"))
    os.makedirs(os.path.join(folder, "whisper"))
    for one in series:
        path = path_of(folder, one["name"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        whisper.create(path, [(one["step"], one["points"])], xFilesFactor=0, sparse=True)
        whisper.update_many(path, [tuple(point) for point in one["values"]])
    tagged = [one["name"] for one in series if ";" in one["name"]]
    STORE.tagdb.del_multi_series(tagged_before)
    STORE.tagdb.tag_multi_series(tagged)
    return tagged


def main(folder, servers):
    os.makedirs(os.path.join(folder, "log"), exist_ok=True)
    with open(os.path.join(folder, "settings_of_test.py"), "w") as file:
        file.write(SETTINGS.format(folder=folder, servers=servers))
    sys.path.insert(0, folder)
    os.environ["GRAPHITE_SETTINGS_MODULE"] = "settings_of_test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "graphite.settings"

    is_new = not os.path.exists(os.path.join(folder, "graphite.db"))
    os.makedirs(os.path.join(folder, "whisper"), exist_ok=True)

    # /functions of 1.1.8 asks for helpers that Python 3.11 no longer has.
    if not hasattr(inspect, "getargspec"):
        inspect.getargspec = lambda function: inspect.getfullargspec(function)[:4]
        inspect.formatargspec = lambda *_parts: ""
    # Nor does its reader of msgpack find what it needs.
    if not hasattr(collections, "Hashable"):
        collections.Hashable = collections.abc.Hashable
    # Its reader of msgpack likewise.
    if not hasattr(collections, "Hashable"):
        collections.Hashable = collections.abc.Hashable

    import django

    django.setup()
    if is_new:
        from django.core.management import call_command

        call_command("migrate", run_syncdb=True, verbosity=0)

    from django.conf import settings
    from graphite.wsgi import application

    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    print("ready", server.server_port, flush=True)

    # Whoever has started this holds the other end, so it never outlives them.
    def obey():
        tagged = []
        try:
            for line in sys.stdin:
                if line.startswith("set "):
                    _set, name, value = line.split(" ", 2)
                    setattr(settings, name, json.loads(value))
                    print("set", flush=True)
                    continue
                tagged = load(folder, tagged)
                print("loaded", flush=True)
        finally:
            os._exit(0)

    threading.Thread(target=obey, daemon=True).start()
    server.serve_forever()


main(os.path.abspath(sys.argv[1]), sys.argv[2:])
