import { useEffect, useState } from 'preact/hooks';

/** The value once it has lasted for `ms`; undefined before. Keeps what passes by itself from crying wolf. */
export function useLasting<Value extends string | boolean>(
  value: Value | undefined,
  ms: number,
): Value | undefined {
  const [lasted, setLasted] = useState<Value>();
  useEffect(() => {
    setLasted(undefined);
    if (value === undefined || value === false) return undefined;
    const timer = setTimeout(() => setLasted(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return lasted;
}
