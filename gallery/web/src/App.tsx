import { useApolloClient } from '@apollo/client/react';
import { LunaSecProvider } from '@lunasec/react-sdk';
import { useCallback, useEffect, useRef, useState } from 'react';
import { valuesQuery } from './api.js';
import { ConfigContext, type Config } from './config.js';
import { initialSettings, type ThemeSettings } from './preview/themes.js';
import { Navigation } from './shell/Navigation.js';
import { useRoute } from './shell/route.js';
import { SessionState } from './shell/SessionState.js';
import { ThemeBar } from './shell/ThemeBar.js';
import { pages } from './stories/index.js';
import { StoryView } from './story/StoryView.js';
import { StoredValuesProvider } from './values.js';

export function App({ config }: { config: Config }) {
  const [pageId, storyId] = useRoute().split('/');
  const page = pages.find(({ id }) => id === pageId) ?? pages[0]!;
  const story = page.stories.find(({ id }) => id === storyId) ?? page.stories[0]!;
  const client = useApolloClient();
  const refresh = useCallback(() => client.refetchQueries({ include: [valuesQuery] }), [client]);
  const [settings, setSettings] = useState<ThemeSettings>(initialSettings);
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(story);

  useEffect(() => {
    // An attribute whose changes secure elements watch for.
    document.documentElement.dataset.theme = settings.scheme.toLowerCase();
  }, [settings.scheme]);
  useEffect(() => {
    document.title = `${story.title} – ${page.title} – LunaSec gallery`;
    // As a page load would: keyboard and screen reader go on from the new story.
    if (first.current !== story) {
      heading.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    first.current = story;
  }, [page, story]);

  return (
    <LunaSecProvider
      applicationId={config.applicationId}
      tokenizerURL={config.tokenizerURL}
      refresh={refresh}
    >
      <ConfigContext value={config}>
        <StoredValuesProvider>
          <a
            className="g-skip"
            href="#story"
            onClick={(event) => {
              event.preventDefault();
              heading.current?.focus();
            }}
          >
            Skip to the story
          </a>
          <header className="g-header">
            <a className="g-logo" href="#/">
              <img src="/icon.svg" alt="" width="28" height="28" />
              <span>LunaSec gallery</span>
            </a>
            <SessionState />
          </header>
          <div className="g-body">
            <Navigation pages={pages} page={page} story={story} />
            <main className="g-main">
              <div className="g-intro">
                <p className="g-kicker">{page.title}</p>
                <h1 className="g-h1" id="story" ref={heading} tabIndex={-1}>
                  {story.title}
                </h1>
                <p className="g-about">{story.about}</p>
              </div>
              <ThemeBar settings={settings} onChange={setSettings} />
              <StoryView key={`${page.id}/${story.id}`} pageId={page.id} story={story} settings={settings} />
            </main>
          </div>
        </StoredValuesProvider>
      </ConfigContext>
    </LunaSecProvider>
  );
}
