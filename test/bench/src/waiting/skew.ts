/**
 * Sets this process's date wrong, as on a machine whose clock is off; timers and monotonic clocks go on as before. To be called before
 * the code that is to be deceived is loaded.
 */
export function skewDate(byMs: number): void {
  const RightDate = Date;
  const wrongNow = (): number => RightDate.now() + byMs;
  const WrongDate = new Proxy(RightDate, {
    construct: (target, values: unknown[], newTarget) =>
      Reflect.construct(target, values.length === 0 ? [wrongNow()] : values, newTarget) as object,
    apply: () => new RightDate(wrongNow()).toString(),
    get: (target, name) => (name === "now" ? wrongNow : (Reflect.get(target, name) as unknown)),
  });
  globalThis.Date = WrongDate;
  Object.defineProperty(performance, "timeOrigin", { value: performance.timeOrigin + byMs });
}
