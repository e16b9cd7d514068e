// The package brings no types.
declare module "cluster-key-slot" {
  /** The slot, 0 to 16383, that a cluster keeps this key in. */
  export default function slotOf(key: string): number;
}
