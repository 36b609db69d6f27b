import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { HeartbeatBar } from '../../../charts/heartbeat-bar.tsx';
import { Loaded } from '../../../data/loaded.tsx';
import { useIsCurrent } from '../../../data/live-state.ts';
import { useNow } from '../../../ui/clock.ts';
import { Page } from '../../../ui/page.tsx';
import { RangeChoice } from '../../../ui/range-choice.tsx';
import { windowOf } from '../../../ui/range.ts';
import { SkeletonBlock, SkeletonRows } from '../../../ui/states.tsx';
import { StatusMark } from '../../../ui/status.tsx';
import { probeQuery } from '../queries.ts';
import { Actions } from './actions.tsx';
import { Charts } from './charts.tsx';
import classes from './detail.module.css';
import { Incidents, RecentResults } from './history.tsx';
import { About, KeyFigures, StatusLine } from './summary.tsx';
import { LongHistory } from './long-history.tsx';

const route = getRouteApi('/shell/probes/$probeId');

/** One probe: what it is now, how it has been, and why. */
export function ProbePage() {
  const { probeId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(probeQuery(probeId));
  const current = useIsCurrent();
  const now = useNow(15_000);
  const span = windowOf(search, now, query.data?.createdAt);
  const show = (next: { range?: string; from?: number; to?: number }): void =>
    void navigate({ to: '/probes/$probeId', params: { probeId }, search: next, resetScroll: false });

  const skeleton = (
    <Page title="Probe" hidden>
      <SkeletonBlock height={32} />
      <div style={{ height: 24 }} />
      <SkeletonBlock height={76} />
      <div style={{ height: 24 }} />
      <SkeletonBlock height={240} />
      <SkeletonRows rows={5} />
    </Page>
  );
  return (
    <Loaded query={query} skeleton={skeleton}>
      {(probe) => (
        <Page
          title={probe.name}
          mark={<StatusMark status={current ? probe.status : 'unknown'} size={16} />}
          lead={<StatusLine probe={probe} current={current} />}
          actions={<Actions probe={probe} />}
        >
          <RangeChoice window={span} onChoose={(name) => show({ range: name })} />
          <HeartbeatBar
            name={probe.name}
            beats={probe.beats}
            height={34}
            faded={!current}
            ends
            reason={probe.statusReason}
          />
          <div className={classes['gap']} />
          <KeyFigures probe={probe} />
          <Charts
            probe={probe}
            span={span}
            onZoom={(from, to) => show({ from: Math.round(from), to: Math.round(to) })}
            onReset={() => show({})}
          />
          <LongHistory probe={probe} />
          <div className={classes['columns']}>
            <Incidents probe={probe} />
            <RecentResults probe={probe} />
          </div>
          <About probe={probe} />
        </Page>
      )}
    </Loaded>
  );
}
