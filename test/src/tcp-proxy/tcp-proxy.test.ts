import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTcpProxy, type TcpProxy } from "./index.js";

/** Answers every chunk with itself, and keeps what it got. */
let target: Server;
let received: string;
let proxy: TcpProxy;
const sockets = new Set<Socket>();

beforeEach(async () => {
  received = "";
  target = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += String(chunk);
      socket.write(chunk);
    });
  });
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  const address = target.address();
  proxy = await startTcpProxy({ targetPort: typeof address === "object" && address ? address.port : 0 });
});

afterEach(async () => {
  await proxy.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  target.close();
});

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, "127.0.0.1");
  sockets.add(socket);
  socket.setEncoding("utf8");
  await once(socket, "connect");
  return socket;
}

async function echo(socket: Socket, text: string): Promise<string> {
  const answer = once(socket, "data");
  socket.write(text);
  return String((await answer)[0]);
}

async function errorOf(socket: Socket): Promise<string> {
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  return error.code ?? "";
}

test("bytes pass both ways, and so does the end", async () => {
  const socket = await client();
  expect(await echo(socket, "hello")).toBe("hello");
  socket.end();
  await once(socket, "close");
  expect(proxy.url).toBe(`redis://127.0.0.1:${proxy.port}`);
  expect(proxy.urlFor("http")).toBe(`http://127.0.0.1:${proxy.port}`);
});

test("a delay holds each direction back and keeps the order", async () => {
  const socket = await client();
  proxy.delay(30);
  const startedAt = performance.now();
  expect(await echo(socket, "a")).toBe("a");
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(58);
  let answers = "";
  socket.on("data", (text) => (answers += text));
  for (const text of ["1", "2", "3"]) socket.write(text);
  proxy.delay(0);
  socket.write("4");
  await expect.poll(() => answers, { timeout: 10_000 }).toBe("1234");
});

test("a pause holds open connections back, lets new ones work, and loses nothing", async () => {
  const old = await client();
  await echo(old, "a");
  proxy.pauseExisting();
  const late = echo(old, "b");
  const fresh = await client();
  expect(await echo(fresh, "c")).toBe("c");
  await sleep(20);
  expect(received).toBe("ac");
  proxy.resume();
  expect(await late).toBe("b");
});

test("a cut resets what is open, and new connections work", async () => {
  const socket = await client();
  await echo(socket, "a");
  const code = errorOf(socket);
  proxy.cut();
  expect(await code).toBe("ECONNRESET");
  expect(await echo(await client(), "b")).toBe("b");
});

test("refusing turns new connections away, leaves open ones alone, and can be taken back", async () => {
  const old = await client();
  await proxy.refuse(true);
  expect(await errorOf(connect(proxy.port, "127.0.0.1"))).toBe("ECONNREFUSED");
  expect(await echo(old, "a")).toBe("a");
  await proxy.refuse(false);
  expect(await echo(await client(), "b")).toBe("b");
});

test("cut after request: the target gets the request, the client gets no answer", async () => {
  const socket = await client();
  await echo(socket, "a");
  const happened = proxy.cutAfterRequest();
  let answered = false;
  socket.on("data", () => (answered = true));
  const code = errorOf(socket);
  socket.write("b");
  await happened;
  expect(await code).toBe("ECONNRESET");
  expect(received).toBe("ab");
  expect(answered).toBe(false);
  expect(await echo(await client(), "c")).toBe("c");
});

test("a target that is away resets the client", async () => {
  await using toNowhere = await startTcpProxy({ targetPort: 1 });
  const socket = connect(toNowhere.port, "127.0.0.1");
  await expect(errorOf(socket)).resolves.toBe("ECONNRESET");
});

test("close resets, refuses, and may be repeated", async () => {
  const socket = await client();
  await echo(socket, "a");
  const code = errorOf(socket);
  await proxy.close();
  await proxy.close();
  expect(await code).toBe("ECONNRESET");
  expect(await errorOf(connect(proxy.port, "127.0.0.1"))).toBe("ECONNREFUSED");
});
