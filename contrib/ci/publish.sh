#!/bin/sh
# What a scheduled job of a code host does with a site that lives in a git repository.
#
#   publish.sh build [SITE]    the feeds, and outfeed.ids committed where it changed
#   publish.sh audit [SITE]    the links, as far as BUDGET allows; then the same
#
# A host forgets: outfeed.ids is what keeps the ids of the items, and the cache of
# .outfeed/ what keeps the history of the links. Both may be lost without harm but that.
#
# OUTFEED   the program                               (outfeed)
# BUDGET    of an audit, which the next one goes on from  (20m)
# PUSH      1: push what was committed to the branch it was cloned from  (0)
#
# Exit status: that of outfeed, but 0 where an audit has findings (3): its reports tell them.
set -eu

what=${1:-}
site=${2:-.}
outfeed=${OUTFEED:-outfeed}
case $what in
build | audit) ;;
*)
	echo "usage: publish.sh build|audit [SITE]" >&2
	exit 2
	;;
esac

fail()
{
	echo "publish.sh: $*" >&2
	exit 1
}

# With what would end in no commit, or in somebody's half of one, no work is begun.
check_repository()
{
	if ignored=$(git check-ignore -v -- outfeed.ids 2>/dev/null); then
		fail "outfeed.ids is ignored, but it has to be committed: take it out of ${ignored%%	*}"
	fi
	for open in rebase-merge rebase-apply MERGE_HEAD; do
		if [ -e "$(git rev-parse --git-path "$open")" ]; then
			fail "a rebase or merge is open in this repository: end it first (git status)"
		fi
	done
}

as_job()
{
	git -c user.name="${GIT_NAME:-outfeed}" -c user.email="${GIT_EMAIL:-outfeed@localhost}" "$@"
}

# That file alone, whatever else is changed or staged; nothing where it is as it was.
commit_ids()
{
	git add -- outfeed.ids
	if git diff --cached --quiet -- outfeed.ids; then
		return 0
	fi
	# a push must not start the job anew
	as_job commit -q -m "outfeed.ids: ids of new items [skip ci]" -- outfeed.ids
	echo "publish.sh: outfeed.ids committed"
}

# A commit that was not pushed would be behind what the next run compares with, and never be.
take_back()
{
	git reset -q --soft "$before"
	git reset -q -- outfeed.ids
}

# Somebody may have pushed meanwhile. Lines of the list are no text to merge: the list is made
# anew over what they pushed, which keeps theirs and has ours from .outfeed/.
take_new()
{
	made=$(git rev-parse HEAD)
	take_back
	git checkout -q -- outfeed.ids 2>/dev/null || rm -f outfeed.ids
	if ! as_job pull -q --rebase --autostash "$remote" "$branch"; then
		# not this script's doing alone: commits of the site's own may be in the way
		git rebase --abort 2>/dev/null || :
		git show "$made:./outfeed.ids" >outfeed.ids
		fail "what is new on $branch could not be taken: outfeed.ids is not committed"
	fi
	"$outfeed" build --export-ids .
}

publish_ids()
{
	remote=${PUSH_REMOTE:-origin}
	branch=${PUSH_BRANCH:-$(git rev-parse --abbrev-ref HEAD)}
	for try in 1 2 3; do
		before=$(git rev-parse HEAD)
		commit_ids
		if [ "${PUSH:-0}" != 1 ] || [ "$(git rev-parse HEAD)" = "$before" ]; then
			return 0
		fi
		if git push -q "$remote" "HEAD:refs/heads/$branch"; then
			return 0
		fi
		[ "$try" -lt 3 ] || break
		echo "publish.sh: push $try was refused, taking what is new first" >&2
		take_new
	done
	take_back
	fail "outfeed.ids could not be pushed, and is not committed"
}

cd -- "$site"
check_repository
if [ "$what" = audit ]; then
	status=0
	"$outfeed" audit --budget "${BUDGET:-20m}" . || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || exit "$status"
fi
# after the audit, for what it learned of images and dead sources
"$outfeed" build --export-ids .
publish_ids
