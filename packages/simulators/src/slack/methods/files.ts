import { addMessage } from "../state/conversation.js";
import type { Channel, StoredFile } from "../state/model.js";
import { fileOnWire } from "../wire/file.js";
import type { MethodCall, Methods } from "./method.js";
import { MethodError } from "./method-error.js";

/** Files: announced, uploaded to a URL of their own, completed; then listed and deleted. */
export const fileMethods: Methods = {
  "files.getUploadURLExternal": ({ args, state, caller, workspace, origin }) => {
    const name = args.required("filename", "missing_argument");
    const sizeBytes = Number(args.required("length", "missing_argument"));
    if (!Number.isInteger(sizeBytes) || sizeBytes < 1) throw new MethodError("missing_argument");
    const id = state.ids.next("F");
    const file: StoredFile = {
      id,
      name,
      title: name,
      sizeBytes,
      stage: "announced",
      ticket: `${workspace.id}-${id}`,
      author: caller,
      createdSeconds: state.times.seconds(),
      channels: new Set(),
    };
    workspace.files.set(id, file);
    return { upload_url: `${origin}/upload/v1/${file.ticket}`, file_id: id };
  },

  "files.completeUploadExternal": (call) => {
    const entries = uploadedFiles(call);
    const shareIn = channelsToShareIn(call);
    for (const { file, title } of entries) {
      file.stage = "complete";
      file.title = title ?? file.title;
    }
    const content = { text: call.args.text("initial_comment") ?? "", files: entries.map(({ file }) => file.id) };
    for (const channel of shareIn) {
      addMessage(call.state, channel, call.caller, content, { threadTs: call.args.text("thread_ts") });
      for (const { file } of entries) file.channels.add(channel.id);
    }
    return { files: entries.map(({ file }) => fileOnWire(file, call.workspace)) };
  },

  "files.list": ({ args, workspace }) => {
    const channel = args.text("channel");
    const user = args.text("user");
    const shown = [...workspace.files.values()].filter(
      (file) =>
        file.stage === "complete" &&
        (channel === undefined || file.channels.has(channel)) &&
        (user === undefined || file.author.user.id === user),
    );
    const count = Number(args.text("count") ?? 100);
    const page = Number(args.text("page") ?? 1);
    if (!(Number.isInteger(count) && count > 0 && Number.isInteger(page) && page > 0)) {
      throw new MethodError("invalid_arguments");
    }
    return {
      files: shown.slice((page - 1) * count, page * count).map((file) => fileOnWire(file, workspace)),
      paging: { count, total: shown.length, page, pages: Math.ceil(shown.length / count) },
    };
  },

  "files.info": (call) => ({
    file: fileOnWire(requireFile(call), call.workspace),
    comments: [],
    response_metadata: { next_cursor: "" },
  }),

  "files.delete": (call) => {
    const file = requireFile(call);
    file.stage = "deleted";
    delete file.content;
    return {};
  },
};

function requireFile({ args, workspace }: MethodCall): StoredFile {
  const file = workspace.files.get(args.required("file", "file_not_found"));
  if (file?.stage === "deleted") throw new MethodError("file_deleted");
  if (file?.stage !== "complete") throw new MethodError("file_not_found");
  return file;
}

function uploadedFiles({ args, workspace }: MethodCall): { readonly file: StoredFile; readonly title?: string }[] {
  const given = args.value("files");
  if (!Array.isArray(given) || given.length === 0) throw new MethodError("missing_argument");
  return given.map((entry: { readonly id?: unknown; readonly title?: unknown }) => {
    const file = workspace.files.get(String(entry?.id));
    if (file === undefined || file.stage !== "uploaded") throw new MethodError("file_not_found");
    return { file, ...(typeof entry.title === "string" && { title: entry.title }) };
  });
}

function channelsToShareIn({ args, workspace }: MethodCall): readonly Channel[] {
  const wanted = args.list("channel_id") ?? args.list("channels") ?? [];
  return wanted.map((id) => {
    const channel = workspace.channels.get(id);
    if (channel === undefined) throw new MethodError("channel_not_found");
    return channel;
  });
}
