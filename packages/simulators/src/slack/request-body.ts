import { MethodError } from "./methods/method-error.js";

/** A decoded request: its arguments by name, or the error that its form deserves. */
export type DecodedBody =
  | { readonly kind: "arguments"; readonly values: ReadonlyMap<string, unknown> }
  | { readonly kind: "malformed"; readonly error: MethodError };

/** Reads the arguments of the query and of a form, multipart or JSON body; the body wins. */
export async function decodeBody(
  url: string,
  contentType: string | undefined,
  body: Uint8Array<ArrayBuffer>,
): Promise<DecodedBody> {
  const query = [...new URL(url).searchParams];
  try {
    return { kind: "arguments", values: new Map([...query, ...(await fields(contentType, body))]) };
  } catch (error) {
    if (error instanceof MethodError) return { kind: "malformed", error };
    throw error;
  }
}

/** The bytes of an upload: the first file of a multipart body, else the body itself. */
export async function uploadedBytes(
  contentType: string | undefined,
  body: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  if (mediaType(contentType) !== "multipart/form-data") return body;
  const values = (await multipartFields(contentType, body)).map(([, value]) => value);
  return values.find((value) => value instanceof Uint8Array) ?? new Uint8Array();
}

async function fields(contentType: string | undefined, body: Uint8Array<ArrayBuffer>): Promise<[string, unknown][]> {
  switch (mediaType(contentType)) {
    case "application/json":
      return jsonFields(new TextDecoder().decode(body));
    case "multipart/form-data":
      return multipartFields(contentType, body);
    default:
      return [...new URLSearchParams(new TextDecoder().decode(body))];
  }
}

function jsonFields(text: string): [string, unknown][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MethodError("invalid_json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MethodError("json_not_object");
  return Object.entries(value);
}

async function multipartFields(
  contentType: string | undefined,
  body: Uint8Array<ArrayBuffer>,
): Promise<[string, unknown][]> {
  const form = await new Response(body, { headers: { "content-type": contentType ?? "" } }).formData().catch(() => {
    throw new MethodError("invalid_form_data");
  });
  return Promise.all(
    [...form].map(async ([name, value]): Promise<[string, unknown]> => [
      name,
      typeof value === "string" ? value : new Uint8Array(await value.arrayBuffer()),
    ]),
  );
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}
