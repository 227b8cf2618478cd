/** A username, address or code: left to right in every language, at the page's start, cut at its end. */
export function Handle({ text }: { text: string }) {
  return (
    <bdi dir="ltr" class="clip">
      {text}
    </bdi>
  );
}
