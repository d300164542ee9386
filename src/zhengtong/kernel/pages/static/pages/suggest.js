// A search box that suggests while one types: `data-suggests` names the address that answers. Without it, or when the
// answer fails, the box stays what it is: a field of a form. Pattern: ARIA combobox with a list, manual selection.
const PATIENCE = 150;

const suggesting = (input) => {
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "");
  input.form.append(list);
  for (const [name, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"],
  ]) input.setAttribute(name, value);

  let timer, pending, current = -1;
  const options = () => [...list.children];
  const close = () => {
    clearTimeout(timer);
    pending?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const choose = (index) => {
    current = index;
    for (const [place, option] of options().entries()) option.setAttribute("aria-selected", String(place === index));
    const option = options()[index];
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const go = (option) => location.assign(option.dataset.address);
  const show = (found) => {
    list.replaceChildren(...found.map(({ name, department, address }, place) => {
      const option = document.createElement("li"), small = document.createElement("small");
      option.id = `${list.id}-${place}`;
      option.dataset.address = address;
      option.setAttribute("role", "option");
      small.textContent = department;
      option.append(name, " ", small);
      return option;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!!found.length));
    choose(-1);
  };
  const ask = async () => {
    pending?.abort();
    const text = input.value.trim();
    if (!text) return close();
    const asked = (pending = new AbortController());
    try {
      const answer = await fetch(`${input.dataset.suggests}?q=${encodeURIComponent(text)}`, {
        headers: { Accept: "application/json" }, signal: asked.signal,
      });
      if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, PATIENCE);
  });
  input.addEventListener("compositionend", () => { timer = setTimeout(ask, PATIENCE); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    const last = options().length - 1;
    if (event.key === "ArrowDown") choose(current < last ? current + 1 : 0);
    else if (event.key === "ArrowUp") choose(current > 0 ? current - 1 : last);
    else if (event.key === "Enter" && current >= 0) go(options()[current]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });
};

for (const input of document.querySelectorAll("input[data-suggests]")) suggesting(input);
