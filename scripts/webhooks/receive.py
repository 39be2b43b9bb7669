"""Listens, and writes each delivery as a line of JSON: its headers, and its body in base64."""

import base64
import http.server
import json
import sys

out = open(sys.argv[1], "a", buffering=1)


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {k.lower(): v for k, v in self.headers.items() if k.lower().startswith("webhook-")}
        self.send_response(204)
        self.end_headers()
        print(json.dumps({"headers": headers, "body": base64.b64encode(body).decode()}), file=out)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
