"""The list of forecasts: filters, search, order, pages."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts import queries
from forecasts.forms import FilterForm

PER_PAGE = 25


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = FilterForm(request.GET or None)
    asked = form.filters() if form.is_bound and (form.is_valid() or form.cleaned_data) else queries.Filters()
    page = Paginator(queries.listed(asked, user=request.user, at=at), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "at": at, "filtered": asked != queries.Filters()}
    return render(request, "forecasts/list.html", context, status=400 if form.errors else 200)
