import { useState } from 'react';
import type { Page, Story } from '../story/types.js';

interface Props {
  pages: readonly Page[];
  page: Page;
  story: Story;
}

export function Navigation({ pages, page: current, story: chosen }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <nav className="g-nav" aria-label="Stories">
      <button
        type="button"
        className="g-button g-nav-button"
        aria-expanded={open}
        aria-controls="stories"
        onClick={() => setOpen(!open)}
      >
        <span>
          {current.title}: {chosen.title}
        </span>
      </button>
      <div id="stories" className={open ? 'g-nav-list g-open' : 'g-nav-list'}>
        {pages.map((page) => (
          <section key={page.id} className="g-nav-group" aria-labelledby={`nav-${page.id}`}>
            <h2 className="g-nav-title" id={`nav-${page.id}`}>
              {page.title}
            </h2>
            <ul className="g-nav-links">
              {page.stories.map((story) => (
                <li key={story.id} className="g-nav-item">
                  <a
                    className="g-nav-link"
                    href={`#/${page.id}/${story.id}`}
                    aria-current={story === chosen ? 'page' : undefined}
                    onClick={() => setOpen(false)}
                  >
                    {story.title}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </nav>
  );
}
