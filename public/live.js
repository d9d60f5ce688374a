// The one stream of changes that all pages of a browser share: over HTTP/1.1 a browser opens six connections to a server,
// and six pages with a stream each would leave none for anything else. It runs as a shared worker, and where there is none as
// a worker of each page.
//
// A page sends "CUSTOMER MARK" to follow one customer, or all when CUSTOMER is empty, and "" to leave. It hears "open", "lost",
// "read MARK" when nothing that it shows has changed up to that mark, and "news MARK" when something has.

const RETRY = 5000;
/** The customer that each page follows, or "" for all, by the page's port. */
const pages = new Map();
let source;
let stage;
/** Up to where the stream has told everything. */
let mark;
let retry;

function tell(message) {
  for (const port of pages.keys()) port.postMessage(message);
}

function open() {
  source = new EventSource(`/api/live?since=${mark}`);
  source.onopen = () => tell((stage = "open"));
  source.onerror = () => {
    tell((stage = "lost"));
    // Otherwise the browser itself tries again.
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY);
  };
  source.onmessage = ({ data, lastEventId }) => {
    mark = lastEventId;
    const { customers } = JSON.parse(data);
    for (const [port, customer] of pages) {
      const concerns = !customer || !customers || customers.includes(Number(customer));
      port.postMessage(`${concerns ? "news" : "read"} ${mark}`);
    }
  };
}

function follow(port, customer, since) {
  pages.set(port, customer);
  if (!source) {
    mark = since;
    open();
    return;
  }
  if (stage) port.postMessage(stage);
  if (since !== mark) port.postMessage(`news ${mark}`);
}

function leave(port) {
  pages.delete(port);
  port.close();
  if (pages.size > 0) return;
  source?.close();
  clearTimeout(retry);
  source = stage = undefined;
}

function listen(port) {
  port.onmessage = ({ data }) => (data ? follow(port, ...data.split(" ")) : leave(port));
}

if ("onconnect" in self) self.onconnect = ({ ports: [port] }) => listen(port);
else listen(self);
