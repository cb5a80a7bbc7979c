dist_man_MANS += man/sartor.1 man/sartor-commands.7 man/sartor-files.5
EXTRA_DIST += tools/update-manual

## The generated sections follow the program's tables; a test says when they are out of date.
update-manual: sartor$(EXEEXT)
	$(SHELL) $(srcdir)/tools/update-manual ./sartor$(EXEEXT) $(srcdir)/man/sartor-commands.7
.PHONY: update-manual
