const FIRST_SLOTS = 32;
const PAGE_BYTES = 16_384;
/** Records begin at multiples of so many bytes, and their room is reused by size. Unit: bytes. */
const GRAIN_BYTES = 8;
const HEADER_BYTES = 3;
const MOST_HEADS = 255;
/** Above this part of the index, a search takes too long. */
const FULLEST = 0.8;
const TAKEN_OUT = 0xff_ff_ff;
const SLOT_BITS = TAKEN_OUT;

/** Whoever sends names cannot know which of them meet. */
const seed = crypto.getRandomValues(new Int32Array(1))[0] as number;

/**
 * Names, each with a slot: a small number that stays its own until it is removed. A map of texts keeps each of them as an object, and
 * with a text that was cut from a longer one all of that; here a name is its characters, side by side outside the heap. Names that end
 * differently after the same last slash share what is before it.
 *
 * A hash table with open addressing: an entry is a slot and 8 bits of the hash, by which nearly all other names are passed over unread.
 */
export class NameIndex {
  #entries = new Uint32Array(2 * FIRST_SLOTS);
  /** Entries that are or were in use. */
  #touched = 0;
  /** Where the record of a slot begins, in grains, plus one; 0 for a slot that is free. */
  #records = new Uint32Array(FIRST_SLOTS);
  #slots = 0;
  readonly #freeSlots: number[] = [];
  readonly #pages: Uint8Array[] = [];
  #pageUsed = PAGE_BYTES;
  /** Rooms to be used again, by their grains. */
  readonly #freeRooms: number[][] = [];
  readonly #heads = new Map<string, number>();
  readonly #headTexts: string[] = [""];
  #size = 0;
  // Of the name that was looked at last.
  #hash = 0;
  #wide = false;
  #found: string | undefined;
  #foundSlot = -1;

  get size(): number {
    return this.#size;
  }

  /** Slots that are or were in use are below this. */
  get slots(): number {
    return this.#slots;
  }

  isUsed(slot: number): boolean {
    return this.#records[slot] !== 0;
  }

  /** The slot of a name, or -1. */
  find(name: string): number {
    if (name === this.#found) return this.#foundSlot;
    this.#read(name);
    const at = this.#entryOf(name);
    if (at < 0) return -1;
    this.#found = name;
    this.#foundSlot = ((this.#entries[at] as number) & SLOT_BITS) - 1;
    return this.#foundSlot;
  }

  /** Gives a name that is not there a slot. */
  add(name: string): number {
    if (this.#touched + 1 > FULLEST * this.#entries.length) this.#rebuild();
    this.#read(name);
    const slot = this.#freeSlots.pop() ?? this.#nextSlot();
    this.#records[slot] = this.#write(name) + 1;
    this.#enter(slot, this.#hash);
    this.#size += 1;
    return slot;
  }

  remove(slot: number): void {
    const record = (this.#records[slot] as number) - 1;
    const mask = this.#entries.length - 1;
    let at = this.#hashOf(record) & mask;
    while (((this.#entries[at] as number) & SLOT_BITS) !== slot + 1) at = (at + 1) & mask;
    this.#entries[at] = TAKEN_OUT;
    const grains = this.#grainsOf(record);
    (this.#freeRooms[grains] ??= []).push(record);
    this.#records[slot] = 0;
    this.#freeSlots.push(slot);
    this.#found = undefined;
    this.#size -= 1;
    if (this.#size === 0) this.clear();
  }

  clear(): void {
    this.#entries = new Uint32Array(2 * FIRST_SLOTS);
    this.#records = new Uint32Array(FIRST_SLOTS);
    this.#pages.length = 0;
    this.#pageUsed = PAGE_BYTES;
    this.#freeRooms.length = 0;
    this.#freeSlots.length = 0;
    this.#heads.clear();
    this.#headTexts.length = 1;
    this.#found = undefined;
    this.#touched = 0;
    this.#slots = 0;
    this.#size = 0;
  }

  #read(name: string): void {
    let hash = seed;
    let all = 0;
    for (let at = 0; at < name.length; at += 1) {
      const unit = name.charCodeAt(at);
      all |= unit;
      hash = mixed(hash, unit);
    }
    this.#hash = finished(hash);
    this.#wide = all > 255;
  }

  /** The number of what is before the last slash; once there are too many of them, names are kept whole. */
  #headOf(name: string): number {
    const head = name.slice(0, name.lastIndexOf("/") + 1);
    if (head === "") return 0;
    const known = this.#heads.get(head);
    if (known !== undefined) return known;
    if (this.#headTexts.length > MOST_HEADS) return 0;
    // A copy: what was cut out of a name would keep all of it.
    const own = [...head].join("");
    this.#heads.set(own, this.#headTexts.length);
    this.#headTexts.push(own);
    return this.#headTexts.length - 1;
  }

  /** Where in the index the name is that was read last, or -1. */
  #entryOf(name: string): number {
    const entries = this.#entries;
    const mask = entries.length - 1;
    const tag = (this.#hash >>> 24) << 24;
    for (let at = this.#hash & mask; ; at = (at + 1) & mask) {
      const entry = entries[at] as number;
      if (entry === 0) return -1;
      if (((entry ^ tag) & ~SLOT_BITS) !== 0) continue;
      const slot = (entry & SLOT_BITS) - 1;
      // What was taken out has a slot beyond all others, and so no record.
      const record = this.#records[slot];
      if (record !== undefined && record !== 0 && this.#isAt(record - 1, name)) return at;
    }
  }

  #isAt(record: number, name: string): boolean {
    const start = record * GRAIN_BYTES;
    const page = this.#pages[Math.floor(start / PAGE_BYTES)] as Uint8Array;
    let at = start % PAGE_BYTES;
    const head = this.#headTexts[page[at] as number] as string;
    const flags = page[at + 1] as number;
    const wide = (flags & 1) === 1;
    if (head.length + ((flags >> 1) << 8) + (page[at + 2] as number) !== name.length) return false;
    for (let unit = 0; unit < head.length; unit += 1) if (head.charCodeAt(unit) !== name.charCodeAt(unit)) return false;
    at += HEADER_BYTES;
    for (let unit = head.length; unit < name.length; unit += 1) {
      const code = name.charCodeAt(unit);
      if (wide) {
        if (page[at] !== (code & 255) || page[at + 1] !== code >> 8) return false;
        at += 2;
      } else {
        if (page[at] !== code) return false;
        at += 1;
      }
    }
    return true;
  }

  /** Writes the name that was read last; returns where, in grains. */
  #write(name: string): number {
    const head = this.#headOf(name);
    const tail = (this.#headTexts[head] as string).length;
    const units = name.length - tail;
    const bytes = HEADER_BYTES + units * (this.#wide ? 2 : 1);
    const grains = Math.ceil(bytes / GRAIN_BYTES);
    const record = this.#freeRooms[grains]?.pop() ?? this.#nextRoom(grains);
    const start = record * GRAIN_BYTES;
    const page = this.#pages[Math.floor(start / PAGE_BYTES)] as Uint8Array;
    let at = start % PAGE_BYTES;
    page[at] = head;
    page[at + 1] = Number(this.#wide) | ((units >> 8) << 1);
    page[at + 2] = units & 255;
    at += HEADER_BYTES;
    for (let unit = tail; unit < name.length; unit += 1) {
      const code = name.charCodeAt(unit);
      page[at] = code & 255;
      at += 1;
      if (!this.#wide) continue;
      page[at] = code >> 8;
      at += 1;
    }
    return record;
  }

  #nextRoom(grains: number): number {
    const bytes = grains * GRAIN_BYTES;
    if (this.#pageUsed + bytes > PAGE_BYTES) {
      this.#pages.push(new Uint8Array(PAGE_BYTES));
      this.#pageUsed = 0;
    }
    const record = ((this.#pages.length - 1) * PAGE_BYTES + this.#pageUsed) / GRAIN_BYTES;
    this.#pageUsed += bytes;
    return record;
  }

  #grainsOf(record: number): number {
    const start = record * GRAIN_BYTES;
    const page = this.#pages[Math.floor(start / PAGE_BYTES)] as Uint8Array;
    const flags = page[(start % PAGE_BYTES) + 1] as number;
    const units = ((flags >> 1) << 8) + (page[(start % PAGE_BYTES) + 2] as number);
    return Math.ceil((HEADER_BYTES + units * ((flags & 1) + 1)) / GRAIN_BYTES);
  }

  #hashOf(record: number): number {
    const start = record * GRAIN_BYTES;
    const page = this.#pages[Math.floor(start / PAGE_BYTES)] as Uint8Array;
    let at = start % PAGE_BYTES;
    const head = this.#headTexts[page[at] as number] as string;
    const flags = page[at + 1] as number;
    const units = ((flags >> 1) << 8) + (page[at + 2] as number);
    at += HEADER_BYTES;
    let hash = seed;
    for (let unit = 0; unit < head.length; unit += 1) hash = mixed(hash, head.charCodeAt(unit));
    for (let unit = 0; unit < units; unit += 1) {
      const low = page[at] as number;
      const high = (flags & 1) === 1 ? (page[at + 1] as number) : 0;
      hash = mixed(hash, low | (high << 8));
      at += 1 + (flags & 1);
    }
    return finished(hash);
  }

  #enter(slot: number, hash: number): void {
    const entries = this.#entries;
    const mask = entries.length - 1;
    let at = hash & mask;
    while (entries[at] !== 0 && entries[at] !== TAKEN_OUT) at = (at + 1) & mask;
    if (entries[at] === 0) this.#touched += 1;
    entries[at] = ((hash >>> 24) << 24) | (slot + 1);
  }

  /** Makes the index anew, twice as large unless most of it was taken out. */
  #rebuild(): void {
    const most = FULLEST * this.#entries.length;
    this.#entries = new Uint32Array(this.#size > most / 2 ? 2 * this.#entries.length : this.#entries.length);
    this.#touched = 0;
    for (let slot = 0; slot < this.#slots; slot += 1) {
      const record = this.#records[slot] as number;
      if (record !== 0) this.#enter(slot, this.#hashOf(record - 1));
    }
  }

  #nextSlot(): number {
    if (this.#slots === this.#records.length) {
      const grown = new Uint32Array(grownLength(this.#slots));
      grown.set(this.#records);
      this.#records = grown;
    }
    this.#slots += 1;
    return this.#slots - 1;
  }
}

/** Small tables double; of large ones a quarter more is enough, so that little lies idle. */
export function grownLength(length: number): number {
  return length < 4096 ? 2 * length : Math.ceil(length * 1.25);
}

function mixed(hash: number, unit: number): number {
  const next = Math.imul(hash ^ unit, 0x5b_d1_e9_95);
  return next ^ (next >>> 15);
}

/** MurmurHash3's finalizer: every bit of the hash depends on all of the state. */
function finished(state: number): number {
  let hash = Math.imul(state ^ (state >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return hash ^ (hash >>> 16);
}
