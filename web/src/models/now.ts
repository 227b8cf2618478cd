import { useEffect, useState } from 'preact/hooks';

/** The time, kept right to the minute, for words such as "Yesterday". Milliseconds since the epoch. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
