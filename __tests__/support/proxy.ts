import { createServer, request as sendRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { generate } from 'selfsigned';
import { listen, type Listening } from './sockets.ts';

/** A proxy as companies have them: it passes requests on, and makes tunnels for TLS. */
export interface Proxy extends Listening {
  /** URLs of the requests that were passed on. */
  readonly requests: readonly string[];
  /** Hosts and ports to which tunnels were asked for. */
  readonly tunnels: readonly string[];
}

/**
 * Serves a proxy on 127.0.0.1.
 *
 * @param tunnelTo the port at which every tunnel ends; null: none is made
 */
export async function serveProxy(tunnelTo: number | null = null): Promise<Proxy> {
  const requests: string[] = [];
  const tunnels: string[] = [];
  const server = createServer((request, response) => {
    const { method, headers, url = '' } = request;
    requests.push(url);
    request.pipe(
      sendRequest(url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on('connect', ({ url = '' }, socket) => {
    tunnels.push(url);
    if (tunnelTo === null) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const onward = connect(tunnelTo, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return { ...(await listen(server)), requests, tunnels };
}

/** A server of TLS in front of one of plain HTTP. */
export interface TlsFront extends Listening {
  /** In PEM: who trusts it trusts this server. */
  readonly certificate: string;
}

/**
 * Serves TLS on 127.0.0.1 and passes requests on in plain HTTP.
 *
 * @param host that the certificate is for
 * @param target gives the URL of the server behind
 */
export async function serveTls(host: string, target: () => string): Promise<TlsFront> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  });
  const server = createTlsServer({ key, cert }, (request, response) => {
    const { method, headers, url = '/' } = request;
    request.pipe(
      sendRequest(new URL(url, target()), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  return { ...(await listen(server)), certificate: cert };
}
