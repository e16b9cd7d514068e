import { connect } from "node:net";

const END = "-- all of it --";
const script = `local found = {}
for _, key in ipairs(redis.call('KEYS', '*')) do found[#found + 1] = key .. '=' .. redis.call('DUMP', key) end
return table.concat(found, '\\n') .. '${END}'`;

/** Every key of a Redis with its value, as one text. */
export async function contentsOf(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding("latin1");
  const words = ["EVAL", script, "0"];
  socket.write(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`);
  let text = "";
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes(END)) break;
  }
  return text;
}
