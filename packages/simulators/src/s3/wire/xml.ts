import { XMLParser, XMLValidator } from "fast-xml-parser";

/** A value of an element: text, or elements. What is undefined is left out. */
export type XmlContent = string | number | boolean | readonly XmlElement[] | undefined;

/** An element: its name and what it holds. */
export type XmlElement = readonly [name: string, content: XmlContent];

/** A document of the namespace that S3 answers in. */
export function xmlDocument(root: string, content: readonly XmlElement[]): string {
  return `${declaration}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${render(content)}</${root}>`;
}

/** A document without a namespace, as errors are. */
export function bareXmlDocument(root: string, content: readonly XmlElement[]): string {
  return `${declaration}${render([[root, content]])}`;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function render(content: readonly XmlElement[]): string {
  return content
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${typeof value === "object" ? render(value) : escape(String(value))}</${name}>`)
    .join("");
}

/** Besides the markup, a carriage return must be written so, or a parser reads it as a line feed. */
function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}

/** A parsed element: text, or lists of elements by name. */
export type XmlTree = string | { readonly [name: string]: readonly XmlTree[] };

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  // Characters written by their numbers are read only with this.
  htmlEntities: true,
  isArray: () => true,
});

/** Reads a document; undefined when it is not well-formed or its root has another name. */
export function parseXml(text: string, root: string): XmlTree | undefined {
  if (XMLValidator.validate(text) !== true) return undefined;
  return (parser.parse(text) as Record<string, readonly XmlTree[]>)[root]?.[0];
}

/** The elements of a name below another. */
export function xmlChildren(tree: XmlTree | undefined, name: string): readonly XmlTree[] {
  return typeof tree === "object" ? (tree[name] ?? []) : [];
}

/** The text of the first element of a name below another. */
export function xmlText(tree: XmlTree | undefined, name: string): string | undefined {
  const [first] = xmlChildren(tree, name);
  return typeof first === "string" ? first : undefined;
}
