/** Something that was found in a record before it was stored. */
export interface Entry {
  readonly class: string;
  readonly action: string;
  readonly count: number;
  readonly field: string;
}

/** Reads `EMAIL/mask/2/message PHONE/mask/1/user.phone`. Spaces in names of fields are written `%20`. */
export function readAccount(text: string): Entry[] {
  return text.split(" ").flatMap((entry) => {
    const [kind, action, count, ...field] = entry.split("/");
    if (!kind || !action || !count || field.length === 0) return [];
    const name = field.join("/").replaceAll("%20", " ").replaceAll("%25", "%");
    return [{ class: kind, action, count: Number(count), field: name }];
  });
}
